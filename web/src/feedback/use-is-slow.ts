import { ref, watch, type Ref } from 'vue'
import { useTimeout } from '../browser/use-timeout.ts'

/** A skeleton that is shown sooner would only flash. */
const slowAfterMs = 200

/** True while something has been going on for longer than 200 ms. */
export function useIsSlow(isBusy: () => boolean): Readonly<Ref<boolean>> {
  const isSlow = ref(false)
  const timeout = useTimeout()
  watch(
    isBusy,
    (busy) => {
      timeout.stop()
      isSlow.value = false
      if (busy) timeout.start(() => (isSlow.value = true), slowAfterMs)
    },
    { immediate: true },
  )
  return isSlow
}
