// Before the first paint, so that the page does not flash white at night. A file of its own: the page allows no inline script.
;(() => {
  const stored = localStorage.getItem('adit-color-scheme')
  const dark = stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
