package rope4j.diagnosis;

import java.util.List;
import rope4j.diagnosis.page.Markup;
import rope4j.diagnosis.recipe.Recipe;
import rope4j.diagnosis.recipe.Recipes;

/// What to copy: the recommended strategy in every engine, and what reproduces each one measured.
final class ReportRecipes {

  private final Examination examination;
  private final List<Series> series;
  private final Markup out;

  /// @param series as [Series#of(Examination)]
  ReportRecipes(Examination examination, List<Series> series, Markup out) {
    this.examination = examination;
    this.series = series;
    this.out = out;
  }

  void write() {
    out.open("section", "aria-labelledby", "flags");
    out.element("h2", "Flags to copy", "id", "flags");
    if (examination.recommended().isEmpty()) {
      out.element(
          "p", "Nothing is recommended: every strategy measured breaks.", "class", "nothing");
    }
    String strategy = examination.best().map(best -> best.strategy().label() + " with ").orElse("");
    List<Recipe> recipes = examination.recipes();
    for (int i = 0; i < recipes.size(); i++) {
      Recipe recipe = recipes.get(i);
      recipe(strategy + engine(recipe), recipe, i == 0 ? "recipe best" : "recipe");
    }
    out.element("h3", "Every strategy measured, to reproduce");
    for (int i = 0; i < examination.results().size(); i++) {
      recipe(
          series.get(i).label(),
          Recipes.reproducing(
              examination.recipeModel(),
              examination.results().get(i).strategy().extension(),
              examination.contextLength()),
          "recipe");
    }
    out.close();
  }

  private static String engine(Recipe recipe) {
    String title = recipe.engine().title();
    if (recipe.versions().isEmpty()) {
      return title;
    }
    return recipe.versions().startsWith(title)
        ? recipe.versions()
        : title + " (" + recipe.versions() + ")";
  }

  private void recipe(String title, Recipe recipe, String style) {
    out.open("div", "class", style);
    out.element("p", title, "class", "recipe-title");
    if (recipe.possible()) {
      out.open("pre").element("code", recipe.text()).close();
    }
    if (!recipe.note().isEmpty()) {
      out.element("p", recipe.note(), "class", "note");
    }
    out.close();
  }
}
