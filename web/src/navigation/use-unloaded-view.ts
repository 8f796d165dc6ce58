import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { leaveTo, mayReload } from './leave.ts'
import { useSession } from '../stores/session.ts'

/**
 * A view whose file does not come: a new build has replaced it, or the server is away. A browser may
 * remember that a file failed, so only a new document helps.
 * @returns the address of that view while the person waits for it, and a way to try again
 */
export function useUnloadedView() {
  const router = useRouter()
  const session = useSession()
  const address = ref<string>()

  async function reload(path: string, byHand = false) {
    await session.load()
    if (session.isReachable && (mayReload() || byHand)) leaveTo(path)
    else address.value = path
  }
  const retry = (byHand: boolean) => reload(address.value ?? '/', byHand)

  router.onError((_error, { fullPath }) => reload(fullPath))
  router.afterEach(() => {
    address.value = undefined
  })
  return { address, retry }
}
