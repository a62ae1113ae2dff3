// Texts that name an answer, ${name}.
const named = [];
const walk = document.createTreeWalker(byId("_main"), NodeFilter.SHOW_TEXT);
while (walk.nextNode()) if (walk.currentNode.data.includes("${")) named.push([walk.currentNode, walk.currentNode.data]);
refer = () => {
  for (const [node, text] of named)
    node.data = text.replace(/\$\{\s*([A-Za-z_][\w.-]*)\s*\}/g,
      (_, each) => `\u2068${steps[each] && linesOf(each).join(", ") || judged.answers[each] || "…"}\u2069`);
};
