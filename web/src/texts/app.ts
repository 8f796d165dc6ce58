/**
 * The words of every page. Each view has its own file of words beside this one, which is loaded with
 * the view. A second language is one more set of these objects.
 */
export const appTexts = {
  appName: 'entra-bff',
  skipLink: 'Skip to content',
  loading: 'Loading',
  demoRibbon: 'Demo mode: local emulator, no data leaves this computer',
  version: (version: string) => `Version ${version}`,
  titles: {
    welcome: 'Home',
    login: 'Sign in',
    device: 'Sign in on another device',
    sessions: 'Your sessions',
    result: 'Result',
    agenda: 'Your agenda',
    docs: 'API',
    error: 'Sign-in problem',
    setup: 'Set up',
    notFound: 'Page not found',
  },
  copy: {
    copied: 'Copied',
    selected: 'Selected – press Ctrl+C',
    copy: 'Copy',
  },
  unavailable: {
    title: 'We can’t reach the server',
    detail: 'Check your connection. This page tries again by itself.',
    lost: 'The server does not answer. What you see may be out of date.',
    back: 'The server answers again.',
    retry: 'Try again',
  },
} as const
