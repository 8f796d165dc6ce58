export const agendaTexts = {
  title: 'Your agenda',
  back: 'Back',
  noEvents: 'No events.',
  /** For the sentence that asks for consent. */
  scopes: ['Calendars.Read'],
} as const
