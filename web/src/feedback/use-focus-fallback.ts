import { nextTick, watch, type WatchSource } from 'vue'

/** Whoever used a button that is gone after a change goes on at the heading, not at the top. */
export function keepFocus(source: WatchSource) {
  watch(source, async () => {
    const focused = document.activeElement
    await nextTick()
    if (focused?.isConnected === false) document.querySelector<HTMLElement>('h1')?.focus()
  })
}
