/** The one document of the explorer; everything in it is drawn by its modules. */
export const pageHtml = (main: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Explorer</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/page/style.css" />
    <script type="module" src="${main}"></script>
  </head>
  <body>
    <header id="header"></header>
    <p id="notice" role="alert" hidden></p>
    <main>
      <section id="walk" aria-label="Path and actions"></section>
      <section id="machines" aria-label="Machines"></section>
      <section id="slots" aria-label="Channels, timers, resources"></section>
      <section id="properties" aria-label="Properties"></section>
    </main>
    <noscript>The explorer needs JavaScript.</noscript>
  </body>
</html>
`
