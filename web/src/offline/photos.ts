import { i18n } from '@/i18n'
import type { Photo } from './waiting'

const LONGEST_SIDE = 1600
const QUALITY = 0.82

/** How large a picture is drawn, at most so long on a side. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** A name by the moment it was taken: `20261128-210507-1.jpg`. */
export function photoName(at: Date, number: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}-${number}.jpg`
}

/** What a form's field for pictures says: their names as far as they fit. */
export function photoText(photos: readonly Photo[]): string {
  const [first] = photos
  if (!first) return ''
  return photos.length === 1 ? first.name : i18n.global.t('photo.several', { first: first.name, n: photos.length })
}

/**
 * Draw a picture anew, smaller: quicker to send, and nothing else that was in the file, above all not where it was taken.
 * Throws when it is no picture.
 */
export async function redrawn(file: Blob, name: string): Promise<Photo> {
  const picture = await createImageBitmap(file)
  const size = fitted(picture.width, picture.height)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  canvas.getContext('2d')!.drawImage(picture, 0, 0, size.width, size.height)
  picture.close()
  const content = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
  if (!content) throw new Error('the picture could not be drawn')
  return { name, content }
}
