import { onScopeDispose } from 'vue'

/**
 * Runs `task` every `periodMs` until the component that calls this is gone.
 * @returns a function that stops it before
 */
export function useInterval(task: () => void, periodMs: number) {
  const timer = setInterval(task, periodMs)
  const stop = () => {
    clearInterval(timer)
  }
  onScopeDispose(stop)
  return stop
}
