/** A value that is there, or a promise of the value. */
export type MaybePromise<T> = T | Promise<T>

/**
 * Goes on with a value at once when it is there. `await` would make promises on each request, which
 * cost more than the read of a store that answers at once.
 */
export function andThen<T, U>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
