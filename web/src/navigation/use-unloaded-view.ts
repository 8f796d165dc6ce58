import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { leaveTo, mayReload } from './leave.ts'
import { useSession } from '../stores/session.ts'

/**
 * Reloads the page when the file of a view cannot be loaded: a new build has replaced the file, or
 * the server is away. Only a new document helps, since a browser may remember that a file failed.
 * @returns the address of the view while it cannot be loaded, and a function that tries again
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
