/** The REST operations about pictures of people. */
import { command, get, upload } from './client'
import type { Avatar, AvatarList } from './types'

export const listAvatars = () => get<AvatarList>('/avatars')
export const putAvatar = (picture: Blob) => upload<Avatar>('PUT', '/profile/avatar', picture)
export const removeAvatar = () => command<Avatar>('DELETE', '/profile/avatar')
