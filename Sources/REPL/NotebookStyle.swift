/// How a page looks and what it does on a click. Neither holds `<` or `&`, so that the page is well-formed XML as well.
enum NotebookStyle {
  /// The dark colours of figures replace those of `SVG`, which are attributes and so give way to any rule.
  static let css = """

    :root { --ground: #ffffff; --panel: #f6f7f9; --ink: #1f2328; --soft: #5d6670; --line: #d8dde3; --accent: #0b6bb5;
      --keyword: #8a3ffc; --verb: #0b6bb5; --function: #8a4b00; --string: #0f6b3a; --number: #a8323e; --comment: #68717a;
      --bad: #b3261e; --bad-ground: #fdecea; --good: #1a7f4b; --busy: #8a5a00; --plot: #ffffff; --shade: rgb(128 128 128 / 0.55); }
    @media screen and (prefers-color-scheme: dark) {
      :root { --ground: #14171a; --panel: #1c2024; --ink: #dfe3e7; --soft: #98a2ad; --line: #333a41; --accent: #6cb6f5;
        --keyword: #c29bff; --verb: #6cb6f5; --function: #e0a96d; --string: #7fce9b; --number: #f09a9f; --comment: #8b959f;
        --bad: #ff9a90; --bad-ground: #3a1f1d; --good: #6fd19a; --busy: #e8b45c; --plot: #1c2024; }
      svg [fill="#FFFFFF"] { fill: #1c2024; } svg [stroke="#FFFFFF"] { stroke: #1c2024; }
      svg [fill="#333333"] { fill: #dfe3e7; } svg [stroke="#333333"] { stroke: #b4bcc5; }
      svg [fill="#666666"] { fill: #98a2ad; } svg [stroke="#888888"] { stroke: #6d7781; }
      svg [stroke="#E4E4E4"] { stroke: #30363d; } svg [fill="#D0D7DE"] { fill: #3b444d; }
      svg [stroke="#000000"] { stroke: #f2f4f6; } svg [fill="#000000"] { fill: #f2f4f6; }
      svg [fill="#0072B2"] { fill: #4aa8e0; } svg [stroke="#0072B2"] { stroke: #4aa8e0; }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: auto; }
    body { margin: 0 auto; max-width: 60rem; padding: 0 1.25rem 3rem; background: var(--ground); color: var(--ink);
      font: 1rem/1.6 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; overflow-wrap: break-word; }
    header { color: var(--soft); font-size: 0.85rem; border-bottom: 1px solid var(--line); }
    header p { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; align-items: baseline; margin: 0.9rem 0 0.7rem; }
    .file { font-weight: 600; color: var(--ink); }
    .badge { margin-left: auto; padding: 0 0.6rem; border: 1px solid; border-radius: 1rem; }
    .badge.done { color: var(--good); } .badge.failed { color: var(--bad); } .badge.running { color: var(--busy); }
    h1 { font-size: 1.8rem; line-height: 1.25; margin: 1.6rem 0 0.6rem; }
    h2 { font-size: 1.25rem; line-height: 1.3; margin: 0; } h3 { font-size: 1.08rem; margin: 1.4rem 0 0.4rem; }
    .text h2 { margin: 1.8rem 0 0.5rem; } h4, h5, h6 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
    p, ul, ol, blockquote { margin: 0.6rem 0; } blockquote { padding-left: 1rem; border-left: 3px solid var(--line); color: var(--soft); }
    a { color: var(--accent); } hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
    .text { max-width: 46rem; }
    .cell { margin: 2rem 0; }
    .mark { display: flex; gap: 0.8rem; margin: 0.1rem 0 0.35rem; font-size: 0.78rem; color: var(--soft); }
    .mark a { color: inherit; text-decoration: none; }
    code, pre { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    p code, li code, td code, h1 code, h2 code, h3 code { background: var(--panel); border-radius: 3px; padding: 0.1em 0.3em; font-size: 0.875em; }
    pre { margin: 0.5rem 0; padding: 0.7rem 0.9rem; background: var(--panel); border-radius: 6px; overflow-x: auto; tab-size: 4; }
    pre code { font-size: inherit; }
    pre.code { border-left: 3px solid var(--accent); }
    pre.result { background: none; border: 1px solid var(--line); }
    pre.error { color: var(--bad); background: var(--bad-ground); border-left: 3px solid var(--bad); }
    .keyword { color: var(--keyword); } .verb { color: var(--verb); font-weight: 600; } .function, .option { color: var(--function); }
    .string { color: var(--string); } code .number { color: var(--number); } .comment { color: var(--comment); font-style: italic; }
    .results { margin-top: 0.7rem; }
    .note { margin: 0.25rem 0; font-size: 0.85rem; color: var(--soft); }
    .wide { overflow-x: auto; margin: 0.7rem 0; --under: var(--ground); }
    /* A shadow at the side where a table or a figure goes on, covered by a piece that scrolls along at its end. */
    .wide, figure { background: linear-gradient(to right, var(--under) 40%, transparent) 0 0 / 2.5rem 100% no-repeat local,
      linear-gradient(to left, var(--under) 40%, transparent) 100% 0 / 2.5rem 100% no-repeat local,
      linear-gradient(to right, var(--shade), transparent) 0 0 / 0.7rem 100% no-repeat scroll,
      linear-gradient(to left, var(--shade), transparent) 100% 0 / 0.7rem 100% no-repeat scroll, var(--under); }
    .wide.table { max-height: 32rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 6px; }
    table { border-collapse: collapse; font-size: 0.875rem; line-height: 1.4; }
    caption { text-align: left; padding: 0.45rem 0.7rem; font-weight: 600; }
    caption span { display: inline-block; position: sticky; left: 0.7rem; max-width: calc(100vw - 4rem); }
    th, td { padding: 0.25rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
    tbody tr:last-child > * { border-bottom: 0; }
    .sortable { width: 100%; } .sortable td { white-space: nowrap; }
    .sortable th { position: sticky; top: 0; background: var(--panel); white-space: nowrap; cursor: pointer; }
    .sortable th:hover, .sortable th:focus-visible { color: var(--accent); }
    th[aria-sort]::after { content: " \\2191"; } th[aria-sort="descending"]::after { content: " \\2193"; }
    th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
    .text table { border: 1px solid var(--line); } .text th { background: var(--panel); }
    figure { margin: 0.8rem 0; overflow-x: auto; --under: var(--plot); border: 1px solid var(--line); border-radius: 6px; }
    figure > svg > rect:first-of-type { fill: none; }
    figure svg { display: block; max-width: 100%; height: auto; min-width: 30rem; margin: 0 auto; }
    details { margin: 0.7rem 0; } summary { cursor: pointer; color: var(--soft); font-size: 0.875rem; }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); }
    footer table { font-size: 0.8rem; } footer th { font-weight: 500; white-space: nowrap; padding-left: 0; } footer td { overflow-wrap: anywhere; }
    footer th, footer td { border: 0; padding-top: 0.1rem; padding-bottom: 0.1rem; }
    #tip { position: absolute; z-index: 2; max-width: 20rem; padding: 0.3rem 0.6rem; border-radius: 5px; background: var(--ink); color: var(--ground);
      font-size: 0.8rem; line-height: 1.4; pointer-events: none; }
    @media (max-width: 40rem) {
      body { padding: 0 0.9rem 2rem; } h1 { font-size: 1.5rem; }
      code, pre { font-size: 0.8rem; } .wide.table { max-height: 24rem; }
    }
    @media print {
      body { max-width: none; padding: 0; font-size: 10pt; } #tip { display: none; }
      pre { white-space: pre-wrap; } pre, .wide, .wide.table, figure { overflow: visible; max-height: none; }
      .wide, figure { background: none; } .wide.table, figure { border: 0; } figure svg { min-width: 0; }
      figure, h1, h2, h3, tr, .mark { break-inside: avoid; } h1, h2, h3, .mark { break-after: avoid; }
      .sortable th { position: static; } table { font-size: 8.5pt; } a { color: inherit; }
    }

    """

  static let script = """

    (function () {
      'use strict';
      function value(row, index, isNumber) {
        var cell = row.cells[index], text = cell.getAttribute('data-v') || cell.textContent;
        if (!isNumber) { return text; }
        if (text === '') { return null; }
        return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : parseFloat(text);
      }
      function sort(event) {
        var head = event.target.closest('.sortable th');
        if (!head || (event.type === 'keydown' ? event.key !== 'Enter' : false)) { return; }
        var table = head.closest('table'), body = table.tBodies[0], isNumber = head.classList.contains('number');
        var down = head.getAttribute('aria-sort') === 'ascending';
        Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        Array.from(body.rows).map(function (row) {
          return { row: row, key: value(row, head.cellIndex, isNumber) };
        }).sort(function (a, b) {
          if (a.key === null || b.key === null) { return (a.key === null) - (b.key === null); }
          var order = isNumber ? (a.key > b.key) - (b.key > a.key) : a.key.localeCompare(b.key, undefined, { numeric: true });
          return down ? -order : order;
        }).forEach(function (item) { body.appendChild(item.row); });
      }
      document.addEventListener('click', sort);
      document.addEventListener('keydown', sort);

      var tip = null, marked = null;
      function hide() { if (tip) { tip.remove(); tip = null; marked = null; } }
      document.addEventListener('pointerover', function (event) {
        var mark = event.target;
        if (mark === marked) { return; }
        hide();
        if (!mark.ownerSVGElement) { return; }
        var title = Array.from(mark.children).find(function (child) { return child.localName === 'title'; });
        if (title) { mark.tip = title.textContent; title.remove(); }
        if (!mark.tip) { return; }
        marked = mark;
        tip = document.createElement('div');
        tip.id = 'tip';
        tip.textContent = mark.tip;
        document.body.appendChild(tip);
        var box = mark.getBoundingClientRect(), width = document.documentElement.clientWidth;
        var x = event.clientX + 12, y = event.clientY - tip.offsetHeight - 10;
        if (x + tip.offsetWidth > width - 8) { x = Math.max(8, width - 8 - tip.offsetWidth); }
        if (0 > y) { y = box.bottom + 10; }
        tip.style.left = (x + window.scrollX) + 'px';
        tip.style.top = (y + window.scrollY) + 'px';
      });
      document.addEventListener('scroll', hide, true);

      window.addEventListener('beforeprint', function () {
        Array.from(document.querySelectorAll('details')).forEach(function (part) { part.open = true; });
      });

      var seconds = document.body.getAttribute('data-watch');
      if (seconds) { setTimeout(function () { location.reload(); }, seconds * 1000); }
    })();

    """
}
