import { onScopeDispose } from 'vue'

/**
 * Runs `task` every `periodMs` until the calling component is unmounted.
 * @returns a function that stops the interval earlier
 */
export function useInterval(task: () => void, periodMs: number) {
  const timer = setInterval(task, periodMs)
  const stop = () => {
    clearInterval(timer)
  }
  onScopeDispose(stop)
  return stop
}
