// A page that answers a form (a preview, a fault to mend) has no address of its own: reloading it, or
// coming back to it, would make the browser ask whether to send the form again. It takes the address
// of the page the form was on, so that both only open that page.

export function standWhereAsked() {
  const { referrer } = document;
  if (document.body.dataset.posted === undefined || !referrer.startsWith(`${location.origin}/`)) return;
  history.replaceState(history.state, "", referrer);
}
