import { createHash } from 'node:crypto'
import type { SampleUser } from '../directory/users.ts'
import { portraits } from './portraits.ts'

export interface Photo {
  bytes: Buffer
  etag: string
}

/** The sizes of photos at Graph, in pixels. The emulator sends the same picture for each size. */
export const photoSizes = [48, 64, 96, 120, 240, 360, 432, 504, 648]

/** A user's portrait; `undefined` for a user without a portrait. */
export function photoOf({ givenName }: SampleUser): Photo | undefined {
  const base64 = portraits[givenName]
  if (base64 === undefined) return undefined
  const bytes = Buffer.from(base64, 'base64')
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`
  return { bytes, etag }
}
