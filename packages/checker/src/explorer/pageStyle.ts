/** How the page looks: quiet, light or dark as the reader's system is, in one column where it is narrow. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f6f4, #16171a);
  --card: light-dark(#ffffff, #1e2024);
  --line: light-dark(#e2e2dd, #33363c);
  --wire: light-dark(#b9bac0, #5b5f68);
  --text: light-dark(#1c1d20, #e6e6e3);
  --quiet: light-dark(#6a6b70, #9a9ca3);
  --accent: light-dark(#2459d6, #7ea6ff);
  --lit: light-dark(#dfe8ff, #24365f);
  --fault: light-dark(#b3400e, #ff9a62);
  --fault-ground: light-dark(#fff1e8, #3a2418);
  --good: light-dark(#14713a, #63c98a);
  --bad: light-dark(#b4232a, #ff8a8a);
  --changed: light-dark(#d99a00, #e7b84a);
  --taken: light-dark(#d0480a, #ffa25e);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", Menlo, monospace;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
}
header {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px;
  padding: 10px 16px; border-bottom: 1px solid var(--line); background: var(--card);
}
h1 { font-size: 15px; margin: 0; }
h2 {
  font-size: 11px; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; color: var(--quiet);
  margin: 16px 0 6px;
}
h2:first-child { margin-top: 0; }
h3 { font-size: 13px; margin: 0 0 8px; }
h4 { font-size: 12px; margin: 8px 0 4px; color: var(--quiet); font-weight: 500; }
a { color: inherit; text-decoration: none; }
pre { margin: 0; font: 12px/1.45 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.module { color: var(--quiet); font: 12px var(--mono); overflow: hidden; text-overflow: ellipsis; max-width: 40ch; }
header nav { display: flex; flex-wrap: wrap; gap: 4px; margin-left: auto; }
header nav a { padding: 2px 10px; border-radius: 999px; color: var(--quiet); }
header nav a:hover { color: var(--text); }
header nav a[aria-current] { background: var(--lit); color: var(--accent); font-weight: 600; }
#notice { margin: 12px 16px 0; padding: 10px 14px; border-radius: 8px; background: var(--fault-ground); color: var(--fault); }
#notice a { margin-left: 12px; text-decoration: underline; }
main {
  display: grid; gap: 16px; padding: 16px; align-items: start;
  grid-template: "walk machines properties" auto "walk slots properties" 1fr / 300px minmax(0, 1fr) 290px;
}
#walk { grid-area: walk; }
#machines { grid-area: machines; display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
#slots { grid-area: slots; display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
#properties { grid-area: properties; }
#walk, #properties { position: sticky; top: 16px; max-height: calc(100vh - 32px); overflow: auto; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; max-width: 100%;
}
#slots .card { flex: 1 1 240px; }
.card.changed { border-left: 3px solid var(--changed); }
.card.down { opacity: .6; }
.scroll { overflow-x: auto; }
.tag {
  margin-left: 8px; padding: 0 6px; border-radius: 4px; font-size: 11px; font-weight: 500;
  background: var(--fault-ground); color: var(--fault); white-space: nowrap;
}
.tag.quiet { background: none; color: var(--quiet); border: 1px solid var(--line); }
.hint, .loop { color: var(--quiet); margin: 6px 0; font-size: 13px; }
.loop { color: var(--taken); }
.failure { color: var(--bad); margin: 6px 0; overflow-wrap: anywhere; }
.trail, .actions, .properties, .queue { list-style: none; margin: 0; padding: 0; }
.trail { max-height: 38vh; overflow: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.trail a { display: flex; gap: 8px; padding: 3px 10px; font-size: 13px; }
.trail a:hover { background: var(--ground); }
.trail .number { color: var(--quiet); font: 11px/1.7 var(--mono); min-width: 2ch; text-align: right; }
.trail .here a { background: var(--lit); }
.trail .ahead { opacity: .55; }
.step { overflow-wrap: anywhere; min-width: 0; }
.step.fault, .action.fault .step { color: var(--fault); }
.actions { display: grid; gap: 6px; }
.action {
  display: flex; align-items: baseline; padding: 6px 10px; border: 1px solid var(--line); border-left-width: 3px;
  border-radius: 8px; background: var(--card); font-size: 13px;
}
.action .step { flex: 1; }
.action.message { border-left-color: var(--accent); }
.action.timer, .action.internal { border-left-color: var(--changed); }
.action.operation, .action.recovery { border-left-color: var(--good); }
.action.stimulus { border-left-color: var(--quiet); }
.action.fault { border-style: dashed; border-color: var(--fault); background: var(--fault-ground); }
.action.next { box-shadow: 0 0 0 1px var(--taken); }
.action:hover { border-color: var(--accent); }
a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.action:focus { outline: 2px solid var(--accent); outline-offset: 1px; }
.chart { display: block; font: 11px var(--mono); }
.chart rect { fill: var(--card); stroke: var(--line); }
.chart .parallel > rect { stroke-dasharray: 4 3; }
.chart .key { fill: var(--text); font: 600 12px system-ui, sans-serif; }
.chart .initial { fill: var(--quiet); }
.chart .transition text { fill: var(--quiet); }
.chart .arrow polyline { fill: none; stroke: var(--wire); }
.chart .arrow path { fill: var(--wire); }
.chart .active > rect { fill: var(--lit); stroke: var(--accent); stroke-width: 1.5; }
.chart .active.compound > rect, .chart .active.parallel > rect { fill-opacity: .35; }
.chart .active > .key { fill: var(--accent); }
.chart .left > rect { stroke: var(--taken); stroke-dasharray: 2 3; }
.chart .taken text { fill: var(--taken); font-weight: 700; }
.chart .taken polyline { stroke: var(--taken); stroke-width: 1.6; }
.chart .taken path { fill: var(--taken); }
.values { border-collapse: collapse; width: 100%; margin-top: 8px; }
.values th { text-align: left; font-weight: 500; color: var(--quiet); vertical-align: top; padding: 2px 12px 2px 6px; font-size: 12px; }
.values td { vertical-align: top; padding: 2px 4px; width: 100%; }
.values tr.changed th { box-shadow: inset 3px 0 var(--changed); color: var(--text); }
.card h3 + .values { margin-top: 0; }
.queue li { display: inline-block; margin: 0 4px 4px 0; padding: 1px 7px; border: 1px solid var(--line); border-radius: 6px; max-width: 100%; }
.empty, .before { color: var(--quiet); font-size: 12px; }
.before { display: flex; gap: 4px; opacity: .8; }
.before .queue li { border-style: dotted; }
.primary {
  font: inherit; font-weight: 600; padding: 6px 14px; border-radius: 8px; border: 1px solid var(--accent);
  background: var(--accent); color: var(--card); cursor: pointer; width: 100%;
}
.primary:disabled { opacity: .6; cursor: default; }
.properties { display: grid; gap: 8px; }
.property { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 8px 10px; }
.property .name { font-weight: 600; font-size: 13px; overflow-wrap: anywhere; }
.kind { display: block; font-size: 11px; font-weight: 500; color: var(--quiet); }
.now { color: var(--quiet); font-size: 12px; margin-top: 2px; overflow-wrap: anywhere; }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; margin-right: 6px; border: 1.5px solid var(--quiet); }
.property.holds .dot, .property.seen .dot { background: var(--good); border-color: var(--good); }
.property.violated .dot { background: var(--bad); border-color: var(--bad); }
.property.violated { border-color: var(--bad); }
.property.waiting .dot { background: var(--changed); border-color: var(--changed); }
.verdict { font-size: 12px; margin-top: 4px; overflow-wrap: anywhere; }
.verdict.good { color: var(--good); }
.verdict.bad { color: var(--bad); }
.verdict.open { color: var(--quiet); }
.jump { display: inline-block; margin-top: 6px; padding: 2px 9px; border-radius: 999px; border: 1px solid var(--accent); color: var(--accent); font-size: 12px; }
.jump:hover { background: var(--lit); }
.notes { margin-top: 12px; font-size: 12px; color: var(--quiet); }
.notes ul { margin: 4px 0; padding-left: 18px; }
.notes summary { cursor: pointer; }
@media (max-width: 1100px) {
  main { grid-template: "walk" auto "machines" auto "slots" auto "properties" auto / minmax(0, 1fr); }
  #walk, #properties { position: static; max-height: none; }
  .trail { max-height: 24vh; }
}
`
