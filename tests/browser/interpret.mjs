// What a test of interpretation does over and over: into the booth, on stage, the choice of a language.

/** As a person does with the field, once it is there: css → value. */
export const set = (tab, css, value) => tab.until(([css, value]) => {
  const field = document.querySelector(css);
  if (!field)
    return false;
  field.value = value;
  if (field.value !== value)
    return false;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}, [css, value]);

/** Chooses the language one listens to. */
export const choose = (tab, language) => set(tab, "[name=hearing]", language);

export async function sound_on(tab) {
  await tab.click("Turn on the sound");
  await tab.sees_not("Turn on the sound");
}

/** By an interpreter's link, who agrees to be recorded. */
export async function into_booth(tab, link) {
  await tab.goto(link);
  await tab.click("Go into the booth");
  await tab.until(() => Boolean(document.querySelector("dialog [type=submit]:not([disabled])")));
  await tab.page.check("dialog [name=consent]");
  await tab.page.click("dialog [type=submit]");
  await tab.sees("Speak now");
}

/** With camera and microphone, agreeing to be recorded. */
export async function on_stage(tab, url) {
  await tab.goto(url);
  await tab.click("Go on stage");
  await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
  await tab.page.check("dialog [name=consent]");
  await tab.click("Go on stage");
  await tab.until(() => !document.querySelector("dialog") && Boolean(document.querySelector(".tile video")));
}

/** The links for interpreters that the organiser's page shows, after it was told which languages there are. */
export async function links_for(owner, languages) {
  const page = "/test/organise/rooms/scene/languages/";
  await owner.post(page, { languages });
  const { body_text } = await owner.get(page);
  return [...body_text.matchAll(/(http[^<\s]*#booth=[0-9a-f]{32})/g)].map(([link]) => link);
}
