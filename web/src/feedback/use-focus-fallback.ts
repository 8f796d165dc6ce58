import { nextTick, watch, type WatchSource } from 'vue'

/**
 * Moves the focus to the heading when a change of `source` removes the button that had the focus.
 * Otherwise a keyboard user would begin at the top of the page again.
 */
export function useFocusFallback(source: WatchSource) {
  watch(source, async () => {
    const focused = document.activeElement
    await nextTick()
    if (focused?.isConnected === false) document.querySelector<HTMLElement>('h1')?.focus()
  })
}
