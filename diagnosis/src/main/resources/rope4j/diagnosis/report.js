
// The page says everything without this. Written without ampersands and less-than signs, so that the page stays XML.
"use strict";
document.querySelectorAll(".recipe pre").forEach(function (pre) {
  var code = pre.querySelector("code");
  var button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", function () {
    function say(word) {
      button.textContent = word;
      setTimeout(function () { button.textContent = "Copy"; }, 1600);
    }
    function select() {
      getSelection().selectAllChildren(code);
      say("Selected");
    }
    if (navigator.clipboard) {
      navigator.clipboard.writeText(code.textContent).then(function () { say("Copied"); }, select);
    } else {
      select();
    }
  });
  pre.classList.add("copyable");
  pre.appendChild(button);
});
document.querySelectorAll("svg.chart").forEach(function (chart) {
  var figure = chart.parentElement;
  var cursor = chart.querySelector(".cursor");
  var lines = Array.from(chart.querySelectorAll("path.line"));
  var box = document.createElement("div");
  box.className = "readout";
  box.hidden = true;
  figure.appendChild(box);
  function row(style, name, value) {
    var div = document.createElement("div");
    div.className = style;
    [name, value].forEach(function (text) {
      var span = document.createElement("span");
      span.textContent = text;
      div.appendChild(span);
    });
    box.appendChild(div);
  }
  function hide() {
    box.hidden = true;
    cursor.style.visibility = "hidden";
  }
  function show(event) {
    var rect = chart.getBoundingClientRect();
    var x = (event.clientX - rect.left) * chart.viewBox.baseVal.width / rect.width;
    var left = Number(chart.dataset.left);
    var right = Number(chart.dataset.right);
    if (left > x || x > right) {
      hide();
      return;
    }
    var share = (x - left) / (right - left);
    box.textContent = "";
    row("at", "position", String(Math.round(share * Number(chart.dataset.length))));
    lines.map(function (line) {
      var values = line.dataset.values.split(" ");
      return {
        style: "s " + line.getAttribute("class").split(" ")[1],
        name: line.dataset.label,
        value: values[Math.min(values.length - 1, Math.floor(share * values.length))]
      };
    }).sort(function (a, b) { return Number(b.value) - Number(a.value); })
      .forEach(function (entry) { row(entry.style, entry.name, entry.value); });
    box.hidden = false;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.style.visibility = "visible";
    var at = event.clientX - figure.getBoundingClientRect().left;
    var beside = at + 16 + box.offsetWidth > figure.clientWidth ? at - 16 - box.offsetWidth : at + 16;
    box.style.transform = "translate(" + Math.max(0, beside) + "px, 52px)";
  }
  chart.addEventListener("pointermove", show);
  chart.addEventListener("pointerleave", hide);
});
