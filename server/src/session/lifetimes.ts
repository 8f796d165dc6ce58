import type { SessionRecord } from './record.ts'

/** Milliseconds. */
export interface Lifetimes {
  /** Without use. */
  idle: number
  /** In all. */
  max: number
}

/** How long a tombstone outlives its session, so that the session's cookie is told the reason. */
export const tombstoneTtlMs = 60 * 60_000

export function idleExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return Math.min(record.lastSeenAt + lifetimes.idle, absoluteExpiry(record, lifetimes))
}

export function absoluteExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return record.createdAt + lifetimes.max
}

/** When the record of a session leaves the store. */
export function recordExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return absoluteExpiry(record, lifetimes) + tombstoneTtlMs
}

export function isOver(record: SessionRecord, lifetimes: Lifetimes): boolean {
  return Date.now() >= idleExpiry(record, lifetimes)
}

/** Shortest time between two writes of `lastSeenAt`. */
export function touchIntervalMs({ idle }: Lifetimes): number {
  return Math.min(60_000, idle / 10)
}

/** How long before its end a page is warned. */
export function warningTimeMs({ idle }: Lifetimes): number {
  return Math.min(2 * 60_000, idle / 4)
}
