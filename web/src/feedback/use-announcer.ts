import { inject, nextTick, provide, ref, type InjectionKey } from 'vue'

export interface Announcer {
  announce: (message: string, urgency?: 'polite' | 'assertive') => void
}

const key: InjectionKey<Announcer> = Symbol('announcer')

/** App.vue holds the only live regions; everything below speaks through them. */
export function provideAnnouncer() {
  const polite = ref('')
  const assertive = ref('')
  function announce(message: string, urgency: 'polite' | 'assertive' = 'polite') {
    const region = urgency === 'polite' ? polite : assertive
    // Emptied first, so that the same words twice are also heard twice.
    region.value = ''
    void nextTick(() => {
      region.value = message
    })
  }
  provide(key, { announce })
  return { polite, assertive, announce }
}

export function useAnnouncer(): Announcer {
  return inject(key, { announce: () => undefined })
}
