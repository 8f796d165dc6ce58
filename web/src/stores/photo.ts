import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api } from '../api.ts'

/** The signed-in person's photo as an object URL: an `<img>` itself could not send the CSRF header. */
export const usePhoto = defineStore('photo', () => {
  const url = ref<string>()
  let latest: AbortController | undefined
  let owner: string | undefined

  async function load(userId: string) {
    if (owner === userId) return
    clear()
    owner = userId
    const controller = (latest = new AbortController())
    const read = (response: Response) => response.blob()
    try {
      const photo = await api.call('me/photo', { read, signal: controller.signal })
      if (controller === latest) url.value = URL.createObjectURL(photo)
    } catch {
      // Initials take the place of a photo, so that no message is needed.
    }
  }

  function clear() {
    latest?.abort()
    if (url.value) URL.revokeObjectURL(url.value)
    url.value = undefined
    owner = undefined
  }

  return { url, load, clear }
})
