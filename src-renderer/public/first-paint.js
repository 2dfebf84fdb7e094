// Sets the theme before the first paint, so that a dark room sees no white flash. It runs as a file of its own,
// since the content security policy allows no inline script; main.tsx takes over from here.
;(() => {
  let theme = 'auto'
  try {
    theme = JSON.parse(localStorage.getItem('outpost.view') ?? '{}').state?.theme ?? 'auto'
  } catch {
    // A browser that forbids storage gets the system's theme.
  }
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
