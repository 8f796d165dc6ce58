import { onBeforeUnmount, onMounted, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useSession } from '../stores/session.ts'

/** Notices what became of the session elsewhere, and lets the guard decide again where it belongs. */
export function watchSession() {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()

  function reconsiderPlace() {
    const { path, query, hash } = route
    // A view that cannot be loaded is handled where the router tells of it.
    router.replace({ path, query, hash, force: true }).catch(() => undefined)
  }
  function onPageShow(event: PageTransitionEvent) {
    // A page from the browser's page cache may show somebody who has signed out since.
    if (event.persisted) void session.load().then(reconsiderPlace)
  }
  function onConnectionChange() {
    void session.load()
  }
  function onVisibilityChange() {
    // The session may have ended meanwhile, in another tab or by the clock.
    const isWatched = document.visibilityState === 'visible' && session.state.kind === 'signedIn'
    if (isWatched) void session.load()
  }

  watch(
    () => session.state.kind,
    (kind, before) => {
      // The first answer belongs to the navigation that asked for it.
      if (kind !== 'unknown' && before !== 'unknown') reconsiderPlace()
    },
  )
  onMounted(() => {
    window.addEventListener('pageshow', onPageShow)
    window.addEventListener('online', onConnectionChange)
    window.addEventListener('offline', onConnectionChange)
    document.addEventListener('visibilitychange', onVisibilityChange)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('pageshow', onPageShow)
    window.removeEventListener('online', onConnectionChange)
    window.removeEventListener('offline', onConnectionChange)
    document.removeEventListener('visibilitychange', onVisibilityChange)
  })
}
