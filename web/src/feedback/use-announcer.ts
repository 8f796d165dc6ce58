import { inject, nextTick, provide, ref, type InjectionKey } from 'vue'

export interface Announcer {
  announce: (message: string, urgency?: 'polite' | 'assertive') => void
}

const key: InjectionKey<Announcer> = Symbol('announcer')

/** For App.vue, which has the only two live regions. All other components announce through them. */
export function provideAnnouncer() {
  const polite = ref('')
  const assertive = ref('')
  function announce(message: string, urgency: 'polite' | 'assertive' = 'polite') {
    const region = urgency === 'polite' ? polite : assertive
    // A screen reader repeats the same words only if the region was empty in between.
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
