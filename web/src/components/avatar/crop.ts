/** Which square of a picture is taken. */

export interface Size {
  width: number
  height: number
}

/** The middle of the square, in pixels of the picture; at 1 it is as large as the picture allows. */
export interface Crop {
  x: number
  y: number
  zoom: number
}

export const MOST_ZOOM = 5

export const wholeOf = ({ width, height }: Size): Crop => ({ x: width / 2, y: height / 2, zoom: 1 })

/** How long a side of the square is, in pixels of the picture. */
export const sideOf = ({ width, height }: Size, { zoom }: Crop) => Math.min(width, height) / zoom

/** Moved by so many pixels of the picture, and no further than its edges. */
export function moved(size: Size, crop: Crop, dx: number, dy: number): Crop {
  const half = sideOf(size, crop) / 2
  return {
    ...crop,
    x: clamp(crop.x + dx, half, size.width - half),
    y: clamp(crop.y + dy, half, size.height - half),
  }
}

/** Larger or smaller, about its middle. */
export function zoomed(size: Size, crop: Crop, zoom: number): Crop {
  return moved(size, { ...crop, zoom: clamp(zoom, 1, MOST_ZOOM) }, 0, 0)
}

const clamp = (value: number, least: number, most: number) =>
  Math.min(Math.max(value, least), Math.max(least, most))
