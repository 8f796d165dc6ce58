import { onScopeDispose } from 'vue'

/** Listens until the calling component is unmounted. */
export function useEventListener<Type extends keyof WindowEventMap>(
  target: Window,
  type: Type,
  listener: (event: WindowEventMap[Type]) => void,
): void
export function useEventListener<Type extends keyof DocumentEventMap>(
  target: Document,
  type: Type,
  listener: (event: DocumentEventMap[Type]) => void,
): void
export function useEventListener(target: EventTarget, type: string, listener: EventListener) {
  target.addEventListener(type, listener)
  onScopeDispose(() => {
    target.removeEventListener(type, listener)
  })
}
