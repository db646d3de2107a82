/* The residents' form: a tap on the drawing chooses the village without leaving the page, the position only on demand. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-report]");
  if (!form) return;

  document.querySelectorAll("svg.pick a").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    form.elements.area.value = link.dataset.area;
    document.querySelectorAll("svg.pick a[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    form.elements.area.focus();
  }));

  const box = form.querySelector("[data-locate]");
  if (!box || !navigator.geolocation) return;
  const told = box.querySelector("[data-located]");
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    told.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(6);
      form.elements.longitude.value = coords.longitude.toFixed(6);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      told.textContent = `已加位置，约 ${Math.round(coords.accuracy)} 米`;
    }, () => { told.textContent = "没有定到位，可以不加。"; }, { enableHighAccuracy: true, timeout: 15000 });
  });
})();
