/// <reference types="vite/client" />

/** The version of this build. The page shows it until the server has sent its own version. */
declare const __APP_VERSION__: string

// Typed lint rules read `.vue` imports through this; vue-tsc knows the real types.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
