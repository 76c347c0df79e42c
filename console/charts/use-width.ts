import { type RefObject, useEffect, useRef, useState } from 'react'

/** Width of an element in CSS pixels, 0 until it is laid out: charts are laid out anew for it, never scaled. */
export function useWidth(): [RefObject<HTMLDivElement | null>, number] {
  const element = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const target = element.current
    if (!target) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    observer.observe(target)
    return () => observer.disconnect()
  }, [])
  return [element, width]
}
