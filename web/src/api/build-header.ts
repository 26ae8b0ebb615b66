/** The header field in which every answer of the gateway names the build of the page that it serves. */
export const BUILD_HEADER = 'Handset-Build'
