import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import type { SampleUser } from '../directory.ts'

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

/** A square PNG of 8-bit RGB pixels. */
function png(size: number, pixel: (x: number, y: number) => readonly number[]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const rows = Array.from({ length: size }, (_, y) => [
    0,
    ...Array.from({ length: size }, (_, x) => pixel(x / size, y / size)).flat(),
  ])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const inside = (x: number, y: number, cx: number, cy: number, r: number) =>
  (x - cx) ** 2 + (y - cy) ** 2 < r ** 2

/** A head and shoulders on a gradient whose colour comes from the user's id. */
function portrait(user: SampleUser, size: number): Buffer {
  const [red = 0, green = 0, blue = 0] = createHash('sha256').update(user.id).digest()
  return png(size, (x, y) => {
    if (inside(x, y, 0.5, 0.38, 0.18) || inside(x, y, 0.5, 1.02, 0.4)) return [245, 240, 235]
    const shade = 0.55 + 0.45 * (1 - y)
    return [red, green, blue].map((channel) => Math.round((60 + channel * 0.6) * shade))
  })
}

export interface Photo {
  bytes: Buffer
  etag: string
}

const photos = new Map<string, Photo>()

/** The sizes Graph has, in pixels. */
export const photoSizes = [48, 64, 96, 120, 240, 360, 432, 504, 648]

/** A user's portrait; `undefined` for users without one. */
export function photoOf(user: SampleUser, size: number): Photo | undefined {
  if (!user.hasPhoto) return undefined
  const key = `${user.id} ${String(size)}`
  const known = photos.get(key)
  if (known) return known
  const bytes = portrait(user, size)
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`
  photos.set(key, { bytes, etag })
  return { bytes, etag }
}
