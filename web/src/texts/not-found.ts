/** The words of the view for an unknown address. */
export const notFoundTexts = {
  title: 'Page not found',
  detail: 'There is nothing at this address.',
  home: 'Home',
} as const
