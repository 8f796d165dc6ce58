import type { SessionRecord } from './record.ts'

export interface Lifetimes {
  /** Without use. */
  idleMs: number
  /** In all. */
  maxMs: number
}

/** How long a dead session is remembered, so that its cookie is told why. */
export const remembrance = 60 * 60_000

export function idleExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return Math.min(record.lastSeenAt + lifetimes.idleMs, absoluteExpiry(record, lifetimes))
}

export function absoluteExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return record.createdAt + lifetimes.maxMs
}

export function isOver(record: SessionRecord, lifetimes: Lifetimes): boolean {
  return Date.now() >= idleExpiry(record, lifetimes)
}

/** How often a use of the session is written down, at most. */
export function touchInterval({ idleMs }: Lifetimes): number {
  return Math.min(60_000, idleMs / 10)
}

/** How long before its end a page is warned. */
export function warningTime({ idleMs }: Lifetimes): number {
  return Math.min(2 * 60_000, idleMs / 4)
}
