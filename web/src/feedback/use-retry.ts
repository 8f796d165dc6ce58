import { ref } from 'vue'
import { useEventListener } from '../browser/use-event-listener.ts'
import { useTimeout } from '../browser/use-timeout.ts'

/** The pause before each try. The last pause repeats. */
const pausesMs = [3_000, 6_000, 12_000, 24_000, 30_000]

/** Tries again until the component is gone: after growing pauses, and when the browser is online again. */
export function useRetry(retry: (byHand: boolean) => Promise<unknown>) {
  const isBusy = ref(false)
  const nextTry = useTimeout()
  let attempt = 0

  async function run(byHand: boolean) {
    if (isBusy.value) return
    nextTry.stop()
    isBusy.value = true
    await retry(byHand)
    isBusy.value = false
    schedule()
  }
  function schedule() {
    const pauseMs = pausesMs[Math.min(attempt++, pausesMs.length - 1)] ?? 0
    nextTry.start(tryByItself, pauseMs)
  }
  const tryByItself = () => void run(false)

  schedule()
  useEventListener(window, 'online', tryByItself)
  return { isBusy, tryAgain: () => run(true) }
}
