import { onScopeDispose } from 'vue'

/** One timer, which stops for good when the calling component is unmounted. */
export function useTimeout() {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  function stop() {
    clearTimeout(timer)
  }
  /** Runs `task` after `delayMs`, instead of the task that was waiting. */
  function start(task: () => void, delayMs: number) {
    stop()
    if (!isGone) timer = setTimeout(task, delayMs)
  }
  onScopeDispose(() => {
    stop()
    isGone = true
  })
  return { start, stop }
}
