import { buildServer } from '../../../scripts/support/build.ts'

/** Once before all tests of the server: several of them run what is built, in their own processes. */
export default buildServer
