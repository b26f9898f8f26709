namespace Hebb.Training.Reports;

/// <summary>The page's style sheet: system fonts, one column of readable width, colours as variables that dark mode replaces.</summary>
internal static class ReportStyle
{
    public const string Css =
        """
        :root {
          color-scheme: light dark;
          --paper: #ffffff; --panel: #f6f7f9; --ink: #1c2330; --muted: #5c6675; --grid: #e3e6eb; --on-series: #ffffff;
          --series-1: #2563c9; --series-2: #d9730d; --series-3: #12876f; --series-4: #b83280; --series-5: #6b4fc4; --series-6: #7c6a1e;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14171c; --panel: #1c2027; --ink: #e7eaef; --muted: #9aa4b2; --grid: #313743; --on-series: #0d1117;
            --series-1: #5b93ee; --series-2: #ee9440; --series-3: #3fb89c; --series-4: #e279b4; --series-5: #a08bf0; --series-6: #c9b458;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
          -webkit-text-size-adjust: 100%;
        }
        main { max-width: 1000px; margin: 0 auto; padding: 40px 20px 56px; }
        h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 14px; }
        p { max-width: 68ch; margin: 0 0 14px; overflow-wrap: anywhere; }
        .subtitle { color: var(--muted); margin: 6px 0 0; }
        section { margin-top: 44px; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 28px 0 0; }
        .figures div { background: var(--panel); border-radius: 10px; padding: 12px 16px; }
        .figures dt { color: var(--muted); font-size: 0.82rem; }
        .figures dd { margin: 2px 0 0; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 32px 40px; margin-bottom: 16px; }
        figure { margin: 0; min-width: 0; }
        .charts figure { max-width: 560px; }
        .charts figcaption { font-weight: 600; font-size: 0.92rem; margin-bottom: 8px; }
        svg { display: block; width: 100%; height: auto; font-variant-numeric: tabular-nums; }
        .table { overflow-x: auto; margin-bottom: 16px; }
        table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 6px 20px 6px 0; border-bottom: 1px solid var(--grid); vertical-align: top; }
        th { color: var(--muted); font-weight: 500; white-space: nowrap; }
        .number { text-align: right; }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 0 0 16px; font-size: 0.92rem; }
        .facts dt { color: var(--muted); }
        .facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr)); gap: 24px 28px; margin-bottom: 16px; }
        .tiles div { display: flex; gap: 5px; }
        .tiles span { flex: 1 1 0; min-width: 0; text-align: center; color: var(--muted); font-size: 0.75rem; line-height: 1.5; }
        .tiles img { display: block; width: 100%; border-radius: 4px; image-rendering: pixelated; border: 1px solid var(--grid); }
        .tiles figcaption { font-size: 0.88rem; margin-top: 6px; line-height: 1.4; }
        .tiles small { display: block; color: var(--muted); font-size: 0.82rem; }
        pre {
          background: var(--panel); border-radius: 10px; padding: 14px 16px; overflow-x: auto; margin: 0 0 16px;
          font: 0.86rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
        }
        code { font: inherit; }
        footer { margin-top: 56px; color: var(--muted); font-size: 0.82rem; }
        @media (max-width: 560px) {
          main { padding: 24px 16px 40px; }
          h1 { font-size: 1.5rem; }
          .figures { grid-template-columns: 1fr 1fr; }
          .figures dd { font-size: 1.15rem; }
          .facts { grid-template-columns: 1fr; gap: 0; }
          .facts dd { margin-bottom: 8px; }
          .tiles { gap: 16px; }
        }
        @media print { :root { --paper: #fff; --ink: #000; } section { break-inside: avoid; } }

        """;
}
