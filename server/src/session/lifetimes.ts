import type { SessionRecord } from './record.ts'

/** Milliseconds. */
export interface Lifetimes {
  /** Without use. */
  idle: number
  /** In all. */
  max: number
}

/** How long a dead session is remembered, so that its cookie is told why. */
export const remembrance = 60 * 60_000

export function idleExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return Math.min(record.lastSeenAt + lifetimes.idle, absoluteExpiry(record, lifetimes))
}

export function absoluteExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return record.createdAt + lifetimes.max
}

export function isOver(record: SessionRecord, lifetimes: Lifetimes): boolean {
  return Date.now() >= idleExpiry(record, lifetimes)
}

/** How often a use of the session is written down, at most. */
export function touchInterval({ idle }: Lifetimes): number {
  return Math.min(60_000, idle / 10)
}

/** How long before its end a page is warned. */
export function warningTime({ idle }: Lifetimes): number {
  return Math.min(2 * 60_000, idle / 4)
}
