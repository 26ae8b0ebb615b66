/** Makes the picture that is published of what was chosen. */
import { type Crop, sideOf } from './crop'

const SIDE_PX = 256
/** Drawings are smaller as PNG, photographs as JPEG. */
const LARGEST_PNG_BYTES = 48 * 1024
const JPEG_QUALITY = 0.9

/** Throws if the browser cannot read it as a picture. */
export const readPicture = (file: Blob) => createImageBitmap(file)

/** Draw the square of a picture over the whole canvas. */
export function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const side = sideOf(picture, crop)
  const context = canvas.getContext('2d')
  if (context === null) return
  context.imageSmoothingQuality = 'high'
  context.clearRect(0, 0, canvas.width, canvas.height)
  const [left, top] = [crop.x - side / 2, crop.y - side / 2]
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height)
}

export async function cropped(picture: ImageBitmap, crop: Crop): Promise<Blob> {
  const canvas = square()
  draw(canvas, picture, crop)
  const png = await encoded(canvas, 'image/png')
  return png.size <= LARGEST_PNG_BYTES ? png : encoded(canvas, 'image/jpeg', JPEG_QUALITY)
}

/** Of a drawing, given as `data:` address. */
export async function rendered(drawing: string): Promise<Blob> {
  const image = new Image(SIDE_PX, SIDE_PX)
  image.src = drawing
  await image.decode()
  const canvas = square()
  canvas.getContext('2d')?.drawImage(image, 0, 0, SIDE_PX, SIDE_PX)
  return encoded(canvas, 'image/png')
}

function square(): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE_PX
  return canvas
}

function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)),
      type,
      quality,
    )
  })
}
