import { sessionsTexts } from '../texts/sessions.ts'

type Name = readonly [pattern: RegExp, name: string]

/** The first that fits: nearly every browser also names those whose pages it wants to be served. */
const browsers: readonly Name[] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly Name[] = [
  [/\bWindows\b/, 'Windows'],
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]
const longest = 80

/** What a person calls the browser; its own long name where it is a strange one. */
export function browserName(userAgent: string) {
  const [browser, system] = [nameIn(browsers, userAgent), nameIn(systems, userAgent)]
  if (browser && system) return sessionsTexts.browser(browser, system)
  return userAgent.slice(0, longest) || sessionsTexts.unknownBrowser
}

function nameIn(names: readonly Name[], userAgent: string) {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1]
}
