import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useLanguage } from '../i18n/language.ts'

/** Grey lines of the height of what is coming, after 200 ms; words after two seconds. */
export function Skeletons({ rows, height = 20 }: { readonly rows: number; readonly height?: number }) {
  const { t } = useLanguage()
  const [age, setAge] = useState(0)
  useEffect(() => {
    const timers = [setTimeout(() => setAge(1), 200), setTimeout(() => setAge(2), 2_000)]
    return () => timers.forEach(clearTimeout)
  }, [])
  const lines = Array.from({ length: rows }, (_, line) => `line-${line}`)
  return (
    <div className="skeletons" aria-busy="true">
      {lines.map((line) => (
        <Skeleton key={line} height={height} visible={age > 0} animate={false} />
      ))}
      {age > 1 && <p className="muted">{t('loading.slow')}</p>}
    </div>
  )
}
