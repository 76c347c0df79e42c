import { Button, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { speak, useLanguage } from '../i18n/language.ts'

/** The other language, and the other colours. */
export function AppearanceButtons() {
  const { t, language } = useLanguage()
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const scheme = useComputedColorScheme('light')
  return (
    <>
      <Button
        variant="default"
        size="xs"
        onClick={() => speak(language === 'zh' ? 'en' : 'zh')}
        lang={language === 'zh' ? 'en' : 'zh-CN'}
      >
        {t('shell.otherLanguage')}
      </Button>
      <Button variant="default" size="xs" onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}>
        {t(scheme === 'dark' ? 'shell.light' : 'shell.dark')}
      </Button>
    </>
  )
}
