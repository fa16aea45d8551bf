// CodeMirror's own words, as the catalogue has them.
import { EditorState } from "@codemirror/state";

import { editorTexts } from "./text-editor.js";
import { say } from "./text.js";

/** Make an editor say what the catalogue does. */
export function phrases() {
  const texts = Object.keys(editorTexts).map((key) => [key.slice("editor ".length), say(key)]);
  return EditorState.phrases.of(Object.fromEntries(texts));
}
