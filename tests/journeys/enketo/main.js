// An OpenRosa client in a browser: enketo-core with enketo-transformer, as Enketo itself puts them together.
import {Form} from "enketo-core";
import {FormModel} from "enketo-core/src/js/form-model";
import {transform} from "enketo-transformer/web";

const parsed = text => new DOMParser().parseFromString(text, "text/xml");
const named = (node, name) => node.getElementsByTagName(name)[0]?.textContent ?? "";

async function fetched(address) {
  const answer = await fetch(address, {headers: {"X-OpenRosa-Version": "1.0"}});
  return {status: answer.status, text: await answer.text()};
}

let form, base;

/** Fetch the first form of a server's list and show it; return what Enketo complains of. */
window.begin = async (server, language) => {
  base = server;
  const [entry] = parsed((await fetched(`${server}/formList`)).text).getElementsByTagName("xform");
  const media = {};
  if (named(entry, "manifestUrl")) {
    for (const file of parsed((await fetched(named(entry, "manifestUrl"))).text).getElementsByTagName("mediaFile")) {
      media[named(file, "filename")] = named(file, "downloadUrl");
    }
  }
  const survey = await transform({xform: (await fetched(named(entry, "downloadUrl"))).text, media});
  document.querySelector(".form-footer").insertAdjacentHTML("beforebegin", survey.form);
  form = new Form(document.querySelector("form.or"), {modelStr: survey.model}, language ? {language} : {});
  return form.init().map(String);
};

/** Whether Enketo finds that all is answered as the form asks. */
window.valid = async () => form.validate();

/** Send what was filled in, as Enketo does, with files by name; return status and message. */
window.send = async (files = {}) => {
  const announced = await fetch(`${base}/submission`, {method: "HEAD", headers: {"X-OpenRosa-Version": "1.0"}});
  if (announced.status !== 204) throw new Error(`HEAD: ${announced.status}`);
  const body = new FormData();
  body.append("xml_submission_file", new Blob([form.getDataStr({irrelevant: false})], {type: "text/xml"}), "form.xml");
  for (const [name, content] of Object.entries(files)) {
    body.append(name, new Blob([Uint8Array.from(atob(content), c => c.charCodeAt(0))]), name);
  }
  const answer = await fetch(`${base}/submission?deviceID=enketo.test`, {
    method: "POST", headers: {"X-OpenRosa-Version": "1.0"}, body,
  });
  return {status: answer.status, message: named(parsed(await answer.text()), "message")};
};

/** What Enketo's evaluator makes of expressions over filled-in instances of a form. */
window.evaluated = async (xform, cases) => {
  const {model} = await transform({xform});
  return cases.map(({instance, questions}) => {
    const made = new FormModel({modelStr: model, instanceStr: instance, submitted: false});
    const faults = made.init();
    if (faults.length) throw new Error(String(faults));
    return questions.map(([expression, kind, context, index]) => made.evaluate(expression, kind, context, index, true));
  });
};
