// Solidity in `%%solidity` cells: while a cell's first line is the magic, the rest of it is read as Solidity.
import { StreamLanguage } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";

import { parser } from "../solidity.js";

const MAGIC = /^%%solidity(\s|$)/;

/** Whether a document is a cell of Solidity. */
export const isSolidity = (doc) => MAGIC.test(doc.line(1).text);

/** Solidity below a line of IPython's. */
export const solidityCell = StreamLanguage.define({
  ...parser,
  name: "solidity-cell",
  token(stream, state) {
    if (stream.sol() && stream.match(MAGIC, false)) {
      stream.skipToEnd();
      return "meta";
    }
    return parser.token(stream, state);
  },
});

/** What an editor needs to follow its first line. Each editor gets one of its own. */
export function followFirstLine() {
  const language = new Compartment();
  const fitting = (doc) => (isSolidity(doc) ? Prec.highest(solidityCell.extension) : []);
  return [
    language.of([]),
    EditorState.transactionExtender.of((transaction) => {
      const changes = transaction.docChanged && isSolidity(transaction.newDoc) !== isSolidity(transaction.startState.doc);
      return changes ? { effects: language.reconfigure(fitting(transaction.newDoc)) } : null;
    }),
    ViewPlugin.define((view) => {
      // An editor may open with its text, and may not be changed while it is being made.
      if (isSolidity(view.state.doc)) {
        queueMicrotask(() => view.dispatch({ effects: language.reconfigure(fitting(view.state.doc)) }));
      }
      return {};
    }),
  ];
}
