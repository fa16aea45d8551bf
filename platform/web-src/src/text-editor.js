// What the editor itself says: the part of the catalogue that takes the place of CodeMirror's own words.
// A key is "editor " and CodeMirror's text; a `$` in a text is a place for a number.

export const editorTexts = {
  "editor Completions": "Completions",
  "editor Control character": "Control character",
  "editor Diagnostics": "Compiler messages",
  "editor No diagnostics": "No messages",
  "editor Selection deleted": "Selection deleted",
  "editor $ unchanged lines": "$ unchanged lines",
  "editor Go to line": "Go to line",
  "editor go": "go",
  "editor Find": "Find",
  "editor Replace": "Replace",
  "editor next": "next",
  "editor previous": "previous",
  "editor all": "all",
  "editor match case": "match case",
  "editor by word": "whole words",
  "editor regexp": "pattern",
  "editor replace": "replace",
  "editor replace all": "replace all",
  "editor close": "close",
  "editor current match": "current match",
  "editor on line": "on line",
  "editor replaced $ matches": "replaced $ matches",
  "editor replaced match on line $": "replaced match on line $",
};
