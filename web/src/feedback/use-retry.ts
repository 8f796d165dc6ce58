import { onScopeDispose, ref } from 'vue'

/** Before each try; the last one stays. */
const pausesMs = [3_000, 6_000, 12_000, 24_000, 30_000]

/** Tries again until the component is gone: after growing pauses, and once the browser is online. */
export function useRetry(retry: (byHand: boolean) => Promise<unknown>) {
  const isBusy = ref(false)
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  async function run(byHand: boolean) {
    if (isBusy.value) return
    clearTimeout(timer)
    isBusy.value = true
    await retry(byHand)
    isBusy.value = false
    schedule()
  }
  function schedule() {
    if (isGone) return
    const pause = pausesMs[Math.min(attempt++, pausesMs.length - 1)]
    timer = setTimeout(onTime, pause)
  }
  const onTime = () => void run(false)

  schedule()
  window.addEventListener('online', onTime)
  onScopeDispose(() => {
    clearTimeout(timer)
    isGone = true
    window.removeEventListener('online', onTime)
  })
  return { isBusy, tryAgain: () => run(true) }
}
