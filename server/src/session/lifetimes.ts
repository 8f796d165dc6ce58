import type { EndReason, SessionRecord } from './record.ts'

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

export function endOf(
  record: SessionRecord,
  lifetimes: Lifetimes,
  now: number,
): EndReason | undefined {
  return now >= idleExpiry(record, lifetimes) ? 'expired' : undefined
}
