import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { LEVEL_LIMITS } from '../../model/alert-level.ts'
import { useLanguage } from '../i18n/language.ts'
import { useShortcuts } from './shortcuts.ts'

const KEYS = [
  [['j', 'k'], 'nextPrevious'],
  [['/'], 'search'],
  [['.'], 'reveal'],
  [['g', 'l'], 'goAlerts'],
  [['g', 'm'], 'goMap'],
  [['g', 'j'], 'goGateways'],
  [['?'], 'help'],
] as const

export function ShortcutHelp({ onClose }: { readonly onClose: () => void }) {
  const { t } = useLanguage()
  const { enabled, setEnabled } = useShortcuts()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const limits = {
    red: LEVEL_LIMITS.red * 100,
    orange: LEVEL_LIMITS.orange * 100,
    power: LEVEL_LIMITS.strongPowerW / 1000,
    fair: LEVEL_LIMITS.strongPowerProbability * 100,
  }

  return (
    <dialog ref={dialog} className="help" onClose={onClose} aria-labelledby="help-title">
      <h1 id="help-title">{t('shell.keys')}</h1>
      <table>
        <tbody>
          {KEYS.map(([keys, meaning]) => (
            <tr key={meaning}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key} className="key">
                    {key}
                  </kbd>
                ))}
              </th>
              <td>{t(`keys.${meaning}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('keys.levels')}</h2>
      <p>{t('keys.red', limits)}</p>
      <p>{t('keys.orange', limits)}</p>
      <p>{t('keys.yellow')}</p>
      <p className="button-row">
        <Button size="xs" variant="default" onClick={() => setEnabled(!enabled)}>
          {t(enabled ? 'shell.keysOff' : 'shell.keysOn')}
        </Button>
        <Button size="xs" onClick={() => dialog.current?.close()}>
          {t('shell.close')}
        </Button>
      </p>
    </dialog>
  )
}
