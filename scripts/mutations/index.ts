import { deviceLogin } from './device-login.ts'
import { downstream } from './downstream.ts'
import { entra } from './entra.ts'
import { http } from './http.ts'
import type { Mutation } from './mutation.ts'
import { page } from './page.ts'
import { session } from './session.ts'
import { signIn } from './sign-in.ts'
import { store } from './store.ts'
import { whoMay } from './who-may.ts'

/** One list for each area of the code. */
export const mutations: Mutation[] = [
  ...signIn,
  ...deviceLogin,
  ...session,
  ...store,
  ...entra,
  ...http,
  ...downstream,
  ...page,
  ...whoMay,
]
