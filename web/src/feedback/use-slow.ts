import { onScopeDispose, ref, watch, type Ref } from 'vue'

/** True once something has been going on for 200 ms: before that, a skeleton would only flash. */
export function useSlow(isBusy: () => boolean): Readonly<Ref<boolean>> {
  const slow = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  function stop() {
    clearTimeout(timer)
    slow.value = false
  }
  watch(
    isBusy,
    (busy) => {
      stop()
      if (busy) timer = setTimeout(() => (slow.value = true), 200)
    },
    { immediate: true },
  )
  onScopeDispose(stop)
  return slow
}
