import type { Markup } from "../markup.ts";

/** Of the page: one column, light or dark as the reader has it, and readable on a phone. */
export const STYLE: Markup = {
  source: `
:root { color-scheme: light dark; --text: #1b1f24; --minor: #57606a; --page: #fff; --box: #f6f8fa; --line: #d0d7de; --link: #0550ae; --good: #116329; --odd: #7d4e00; --bad: #b3121d; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --minor: #9da7b1; --page: #0d1117; --box: #161b22; --line: #30363d; --link: #79c0ff; --good: #56d364; --odd: #e3b341; --bad: #ff8b83; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 0 1rem 3rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { margin: 1.5rem 0; padding-left: 1rem; border-left: .4rem solid var(--good); }
header.warn { border-color: var(--odd); }
header.fail, header.error { border-color: var(--bad); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 .75rem; font-size: 1.25rem; }
h3 { display: inline; font-size: 1.05rem; }
p { margin: .25rem 0; }
a { color: var(--link); }
:focus-visible { outline: .15rem solid var(--link); outline-offset: .1rem; }
.minor { color: var(--minor); font-size: .9rem; }
.status { white-space: nowrap; color: var(--minor); }
.status.pass { color: var(--good); }
.status.warn { color: var(--odd); }
.status.fail, .status.error { color: var(--bad); font-weight: 600; }
.scroll { position: relative; overflow-x: auto; }
table { border-collapse: collapse; font-size: .95rem; }
th, td { padding: .35rem .75rem; border: 1px solid var(--line); text-align: left; }
thead th { background: var(--box); }
th { min-width: 5rem; max-width: 14rem; }
td.cell { text-align: center; }
.word { display: block; color: var(--minor); font-size: .75rem; white-space: nowrap; }
td.self .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .4rem; padding: 0 1rem; }
summary { padding: .6rem 0; cursor: pointer; }
ul, ol { margin: .25rem 0 .75rem; padding-left: 1.25rem; }
ol { padding-left: 2rem; }
ul.results { padding-left: 0; list-style: none; }
ul.results > li { padding: .4rem 0; border-top: 1px solid var(--line); }
ol > li { margin: .35rem 0; }
:target { background: var(--box); }
ul.findings { list-style: none; padding-left: 1.25rem; }
code { font: .875em/1.4 ui-monospace, monospace; }
pre { margin: .35rem 0; padding: .5rem .75rem; white-space: pre-wrap; background: var(--box); border: 1px solid var(--line); border-radius: .3rem; user-select: all; }
.picture { margin: 0 calc(50% - min(50vw - 1rem, 50rem)) 1rem; text-align: center; }
.picture svg { max-width: 100%; height: auto; }
.picture.wide svg { min-width: 60rem; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; }
  details { break-inside: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; }
}
.clusters thead th { overflow-wrap: normal; }
@media (max-width: 40rem) { th, td { padding: .3rem .45rem; font-size: .85rem; } td { overflow-wrap: normal; } }
`,
};
