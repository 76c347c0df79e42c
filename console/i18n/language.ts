import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Language = 'zh' | 'en'
const STORED = 'adit-language'

/** Chinese unless the browser prefers another language that we speak; the choice of the person stays. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (stored === 'zh' || stored === 'en') return stored
  const [first = 'zh'] = navigator.languages
  return first.toLowerCase().startsWith('en') ? 'en' : 'zh'
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: preferredLanguage(),
    fallbackLng: 'zh',
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
  })
  mark(preferredLanguage())
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(STORED, language)
  await i18next.changeLanguage(language)
  mark(language)
}

/** The translate function and the language it speaks. */
export function useLanguage() {
  const { t, i18n } = useTranslation()
  const language: Language = i18n.language === 'en' ? 'en' : 'zh'
  return { t, language }
}

function mark(language: Language): void {
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN'
}
